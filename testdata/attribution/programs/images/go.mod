module example.com/images

go 1.21

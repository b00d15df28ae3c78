module example.net/lib

go 1.21

module example.com/trimpath

go 1.21

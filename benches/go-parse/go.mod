module example.com/go-parse

go 1.21

module example.com/testbin

go 1.21

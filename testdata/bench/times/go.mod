module example.com/times

go 1.21

module example.com/standstill

go 1.21

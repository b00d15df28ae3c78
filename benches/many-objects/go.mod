module example.com/many-objects

go 1.21

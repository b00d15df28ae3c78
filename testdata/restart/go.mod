module example.com/restart

go 1.26

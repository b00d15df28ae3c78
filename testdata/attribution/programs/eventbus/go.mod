module example.com/eventbus

go 1.21

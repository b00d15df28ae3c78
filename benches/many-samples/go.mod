module example.com/many-samples

go 1.21

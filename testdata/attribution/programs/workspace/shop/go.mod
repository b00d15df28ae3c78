module example.org/shop

go 1.21

require example.org/money v0.0.0

replace example.org/money => ../money

module example.com/vendored

go 1.21

require example.org/dep v1.2.3

module recorder

go 1.22

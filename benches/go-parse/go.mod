module example.com/go-parse

go 1.24

require github.com/richardartoul/molecule v1.0.1-0.20240531184615-7ca0df43c0b3

module example.com/multimodule

go 1.21

require example.net/lib v0.0.0

replace example.net/lib => ./lib

module gogcruns

go 1.21

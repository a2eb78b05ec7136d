module stresstester

go 1.26

def total(values) = values.sum

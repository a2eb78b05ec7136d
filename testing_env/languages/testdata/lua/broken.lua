local n = io.read("n")
if n > 2 the -- <-- error
  print(n)
end

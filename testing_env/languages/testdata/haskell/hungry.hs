main :: IO ()
main = do
  let values = [1 ..] :: [Integer]
  print (foldr (+) 0 values)
  print (length values)

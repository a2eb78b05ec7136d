main :: IO ()
main = do
  _ : xs <- map read . words <$> getContents
  print (maximum (scanl1 (\s x -> max x (s + x)) (xs :: [Int])))

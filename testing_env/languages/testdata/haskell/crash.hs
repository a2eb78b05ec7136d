pick :: [Int] -> Int -> Int
pick values n
  | n < length values = values !! n
  | otherwise = error "there are not so many" -- <-- crash

main :: IO ()
main = do
  n <- readLn
  print (pick [1, 2] n)

-- input: 3
-- expect: 1\n2\n3
display :: Int -> IO ()
display x
  | x == 2 = print 5 -- WRONG
  | otherwise = print x

main :: IO ()
main = do
  n <- readLn
  mapM_ display [1 .. n]

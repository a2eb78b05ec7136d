-- input: 3
-- expect: 1\n2\n3
-- note: ends too early
main :: IO ()
main = do
  n <- readLn :: IO Int
  mapM_
    (\i -> putStrLn (show i)) -- WRONG
    [1 .. n - 1]

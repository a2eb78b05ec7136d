main :: IO ()
main = do
  n <- readLn :: IO Int
  putStrLn n -- <-- error

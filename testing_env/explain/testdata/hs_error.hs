-- verdict: RE
-- input: 3
-- expect: 1
-- note: too large: 3
check :: Int -> Int
check n
  | n > 2 = error ("too large: " ++ show n) -- WRONG
  | otherwise = n

main :: IO ()
main = readLn >>= print . check

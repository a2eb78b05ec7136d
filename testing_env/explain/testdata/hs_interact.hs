-- input: 3
-- expect: 1\n2\n4
-- note: put together before
solve :: String -> String
solve s = unlines (map show [1 .. read s :: Int])

main :: IO ()
main = interact solve -- WRONG

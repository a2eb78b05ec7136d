depth :: Int -> Int
depth 0 = 0
depth n = depth (n - 1) + 1

main :: IO ()
main = readLn >>= print . depth

import Data.Bits
import Data.Word
import System.Environment

step :: Word64 -> Word64
step s = s * 6364136223846793005 + 1442695040888963407

main :: IO ()
main = do
  args <- getArgs
  let draws = map (\s -> fromIntegral (s `shiftR` 33) :: Int) (tail (iterate step (read (last args))))
      n = head draws `mod` 8 + 1
  print n
  putStrLn (unwords (map (\d -> show (d `mod` 21 - 10)) (take n (tail draws))))

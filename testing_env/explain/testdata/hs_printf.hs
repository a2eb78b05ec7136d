-- input: 4
-- expect: 1 2 3 4
import Control.Monad
import System.IO
import Text.Printf

main :: IO ()
main = do
  hSetBuffering stdout (BlockBuffering Nothing)
  n <- readLn :: IO Int
  forM_ [1 .. n] $ \i ->
    if i == 3
      then printf "%d " (7 :: Int) -- WRONG
      else printf "%d " i
  putStrLn ""

-- input: 3
-- expect: YES\nNO\nYES
import qualified Data.ByteString.Char8 as B

answer :: Bool -> IO ()
answer True = B.putStrLn (B.pack "YES")
answer False = B.putStrLn (B.pack "N0") -- WRONG

main :: IO ()
main = do
  Just (n, _) <- fmap B.readInt B.getLine
  mapM_ (answer . odd) [1 .. n]

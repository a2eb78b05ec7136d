import qualified Data.Map.Strict as M
import Totals (total)

main :: IO ()
main = do
  (_ : values) <- map read . words <$> getContents
  let counts = M.fromListWith (+) [(v, 1 :: Int) | v <- values]
  putStrLn (show (total values) ++ " " ++ show (fst (M.findMax counts)))

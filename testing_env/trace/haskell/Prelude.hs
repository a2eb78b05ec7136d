{-# LANGUAGE NoImplicitPrelude, PackageImports #-}

-- The library's Prelude, but what prints tells its line: see Stresstester.
module Prelude (module P, putStr, putStrLn, putChar, print, interact) where

import "base" Prelude as P hiding (interact, print, putChar, putStr, putStrLn)
import qualified "base" Prelude as B
import Stresstester

putStr, putStrLn :: HasCallStack => String -> IO ()
putStr text = told (B.putStr text)
putStrLn text = told (B.putStrLn text)

putChar :: HasCallStack => Char -> IO ()
putChar c = told (B.putChar c)

print :: (HasCallStack, Show a) => a -> IO ()
print a = told (B.print a)

interact :: HasCallStack => (String -> String) -> IO ()
interact f = told (B.interact f)

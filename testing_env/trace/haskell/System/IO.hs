{-# LANGUAGE NoImplicitPrelude, PackageImports #-}

-- The library's System.IO, but what prints tells its line: see Stresstester.
module System.IO (module S, putStr, putStrLn, putChar, print, interact, hPutStr, hPutStrLn, hPutChar, hPrint) where

import "base" Prelude (Char, IO, Show, String)
import Prelude (interact, print, putChar, putStr, putStrLn)
import "base" System.IO as S hiding (hPrint, hPutChar, hPutStr, hPutStrLn, interact, print, putChar, putStr, putStrLn)
import qualified "base" System.IO as B
import Stresstester

hPutStr, hPutStrLn :: HasCallStack => Handle -> String -> IO ()
hPutStr h text = told (B.hPutStr h text)
hPutStrLn h text = told (B.hPutStrLn h text)

hPutChar :: HasCallStack => Handle -> Char -> IO ()
hPutChar h c = told (B.hPutChar h c)

hPrint :: (HasCallStack, Show a) => Handle -> a -> IO ()
hPrint h a = told (B.hPrint h a)

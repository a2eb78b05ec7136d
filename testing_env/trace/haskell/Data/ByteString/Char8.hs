{-# LANGUAGE NoImplicitPrelude, PackageImports #-}

-- The library's Data.ByteString.Char8, but what prints tells its line: see Stresstester.
module Data.ByteString.Char8 (module P, putStr, putStrLn, interact, hPut, hPutStr, hPutStrLn) where

import "base" Prelude (IO)
import "base" System.IO (Handle)
import "bytestring" Data.ByteString.Char8 as P hiding (hPut, hPutStr, putStrLn, hPutStrLn, interact, putStr)
import qualified "bytestring" Data.ByteString.Char8 as B
import Stresstester

putStr, putStrLn :: HasCallStack => ByteString -> IO ()
putStr text = told (B.putStr text)
putStrLn text = told (B.putStrLn text)

interact :: HasCallStack => (ByteString -> ByteString) -> IO ()
interact f = told (B.interact f)

hPut, hPutStr, hPutStrLn :: HasCallStack => Handle -> ByteString -> IO ()
hPut h text = told (B.hPut h text)
hPutStr h text = told (B.hPutStr h text)
hPutStrLn h text = told (B.hPutStrLn h text)

{-# LANGUAGE NoImplicitPrelude, PackageImports #-}

-- The library's Data.ByteString.Builder, but what prints tells its line: see Stresstester.
module Data.ByteString.Builder (module P, hPutBuilder) where

import "base" Prelude (IO)
import "base" System.IO (Handle)
import "bytestring" Data.ByteString.Builder as P hiding (hPutBuilder)
import qualified "bytestring" Data.ByteString.Builder as B
import Stresstester

hPutBuilder :: HasCallStack => Handle -> Builder -> IO ()
hPutBuilder h b = told (B.hPutBuilder h b)

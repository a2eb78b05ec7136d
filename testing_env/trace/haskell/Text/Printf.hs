{-# LANGUAGE NoImplicitPrelude, PackageImports, RankNTypes, FlexibleInstances, TypeFamilies #-}

-- The library's Text.Printf, but what prints tells its line: see Stresstester.
module Text.Printf (module P, PrintfType, HPrintfType, printf, hPrintf) where

import "base" Prelude
import "base" System.IO (Handle)
import "base" Text.Printf as P hiding (HPrintfType, PrintfType, hPrintf, printf)
import qualified "base" Text.Printf as B
import Stresstester

class PrintfType r where
  spr :: CallStack -> (forall s. B.PrintfType s => s) -> r

instance IsChar c => PrintfType [c] where
  spr _ k = k

instance a ~ () => PrintfType (IO a) where
  spr stack k = toldBy stack k

instance (PrintfArg a, PrintfType r) => PrintfType (a -> r) where
  spr stack k = \a -> spr stack (k a)

printf :: (HasCallStack, PrintfType r) => String -> r
printf format = spr callStack (B.printf format)

class HPrintfType r where
  hspr :: CallStack -> (forall s. B.HPrintfType s => s) -> r

instance a ~ () => HPrintfType (IO a) where
  hspr stack k = toldBy stack k

instance (PrintfArg a, HPrintfType r) => HPrintfType (a -> r) where
  hspr stack k = \a -> hspr stack (k a)

hPrintf :: (HasCallStack, HPrintfType r) => Handle -> String -> r
hPrintf h format = hspr callStack (B.hPrintf h format)

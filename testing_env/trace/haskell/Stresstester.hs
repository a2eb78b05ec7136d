{-# LANGUAGE NoImplicitPrelude, PackageImports, ForeignFunctionInterface #-}

-- Tells which line of a Haskell program printed one byte of its standard output, with
-- STRESSTESTER_TRACE="FD:OFFSET"; see trace.c for the log. The modules beside this one stand
-- for those of the library that print (ghc -i). Laziness leaves no stack that would mean
-- something to a reader, so the line that called is all that is told.
module Stresstester (told, toldBy, HasCallStack, CallStack, callStack) where

import "base" Control.Monad (when)
import "base" Foreign.C.Types
import "base" Foreign.C.String
import "base" GHC.Stack
import "base" Prelude
import "base" System.Environment (lookupEnv)
import "base" System.IO
import "base" System.IO.Unsafe (unsafePerformIO)

foreign import ccall unsafe "lseek" c_lseek :: CInt -> CLong -> CInt -> IO CLong
foreign import ccall unsafe "write" c_write :: CInt -> CString -> CSize -> IO CLong

-- | The descriptor of the log and the wanted offset.
order :: Maybe (CInt, CLong)
order = unsafePerformIO $ do
  text <- lookupEnv "STRESSTESTER_TRACE"
  pure $ case text of
    Just t | (fd, ':' : at) <- break (== ':') t, ':' `notElem` at -> Just (fromIntegral (read fd :: Int), fromIntegral (read at :: Int))
    _ -> Nothing
{-# NOINLINE order #-}

-- | Runs what prints, passes its output on, and logs the line in the program that called it
-- if it wrote the wanted byte.
toldBy :: CallStack -> IO a -> IO a
toldBy stack act = case order of
  Nothing -> act
  Just (fd, wanted) -> do
    hFlush stdout
    start <- c_lseek 1 0 1
    result <- act
    hFlush stdout
    end <- c_lseek 1 0 1
    when (start <= wanted && wanted < end) $ do
      let frames = concat [" " ++ show (srcLocStartLine at) ++ ":" | (_, at) <- getCallStack stack, srcLocModule at == "Main"]
      withCStringLen ("w " ++ show start ++ " " ++ show end ++ frames ++ "\n") $ \(line, n) -> () <$ c_write fd line (fromIntegral n)
    pure result

told :: HasCallStack => IO a -> IO a
told = toldBy callStack

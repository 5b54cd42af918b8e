"""The domain: values in, values out.  No clock, no file, no SQL, no environment."""

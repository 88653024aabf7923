"""The command line: parses, calls, prints, and answers with an exit code."""

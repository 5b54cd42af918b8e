"""The store: the only room that speaks SQL.

Plain functions over an open connection, which they neither begin nor commit.  Values go
in and values come out.
"""

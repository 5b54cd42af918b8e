"""Imports: files of the field that become events of ours, one format a module."""

"""Servers, clients and a page for what `export.py` writes.

Nothing here imports `cartoongan_tf`: a server needs the artifact only.
"""

"""C libraries that crash, in processes of which this writes the environment.

A picture called `opened...crash...` ends the process that opens it, and one
called `decoded...crash...` the process that decodes it; so does a film.
"""

import os
import textwrap

_CODE = """
    import ctypes

    import av
    import PIL.Image
    import PIL.ImageFile


    def crashing(function, is_bad):
        def called(source, *args, **options):
            if is_bad(str(getattr(source, "filename", source))):
                ctypes.string_at(0)
            return function(source, *args, **options)

        return called


    def is_bad(stage):
        return lambda name: "crash" in name and stage in name


    PIL.Image.open = crashing(PIL.Image.open, is_bad("opened"))
    file = PIL.ImageFile.ImageFile
    file.load = crashing(file.load, is_bad("decoded"))
    av.open = crashing(av.open, is_bad("decoded"))
"""


def environment(folder):
    """Variables for a process; its code goes into a folder."""
    (folder / "sitecustomize.py").write_text(textwrap.dedent(_CODE))
    return {**os.environ, "PYTHONPATH": str(folder)}

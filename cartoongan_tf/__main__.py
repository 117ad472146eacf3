"""`python -m cartoongan_tf`: the program `cartoongan`."""

from cartoongan_tf.commands import main

if __name__ == "__main__":
    main.run()

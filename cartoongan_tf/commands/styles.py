"""Lists the shipped styles."""

from cartoongan_tf.inference import styles


def main(_):
    for name in styles.names():
        about = styles.about(name)
        print(f"{name}: {about.license}. {about.credit}")
        print(f"    {styles.find(name)}")

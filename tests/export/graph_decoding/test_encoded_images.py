import io
import struct
import sys
import zlib

import keras
import numpy as np
import picture_maker
import PIL.Image
import pytest
import skimage.data
import tensorflow as tf

from cartoongan_tf.core import model_interface
from cartoongan_tf.export import options
from cartoongan_tf.export.graph_decoding import encoded_images
from cartoongan_tf.images import pictures
from cartoongan_tf.nn import networks

MAX_SIDE = 120
MAX_PIXELS = 50_000
FORMATS = ("JPEG", "PNG", "WEBP")
IN_REQUESTS = (".jpeg", ".jpg", ".png", ".webp")  # More are read from files.


@pytest.fixture(scope="module")
def photo():
    return PIL.Image.fromarray(skimage.data.astronaut()).resize((90, 70))


@pytest.fixture(scope="module")
def generator():
    keras.utils.set_random_seed(0)
    return networks.Generator(filters=4, blocks=1)


@pytest.fixture(scope="module")
def saved_model(generator, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bytes") / "1"
    settings = options.BytesSettings(MAX_SIDE, MAX_PIXELS, encoded_images.PNG)
    endpoint = encoded_images.bytes_endpoint(generator, settings)
    signature = tf.TensorSpec((None,), tf.string, model_interface.IMAGE_BYTES)
    archive = keras.export.ExportArchive()
    archive.add_endpoint(
        model_interface.BYTES, endpoint, input_signature=[signature]
    )
    archive.write_out(str(folder), verbose=False)
    return folder


@pytest.fixture(scope="module")
def serve(saved_model):
    """Runs a batch as TF Serving does, through the session loader."""
    graph = tf.Graph()
    session = tf.compat.v1.Session(graph=graph)
    with graph.as_default():
        loaded = tf.compat.v1.saved_model.load(
            session, ["serve"], str(saved_model)
        )
    signature = loaded.signature_def[model_interface.BYTES]
    given = signature.inputs[model_interface.IMAGE_BYTES].name
    wanted = signature.outputs[model_interface.CARTOON_BYTES].name
    return lambda *batch: session.run(wanted, {given: np.array(batch, object)})


@pytest.fixture(scope="module")
def decode():
    """Decodes in a graph, with limits that no small picture meets."""

    @tf.function(
        input_signature=[
            tf.TensorSpec((), tf.string),
            tf.TensorSpec((), tf.int32),
        ],
        autograph=False,
    )
    def run(contents, index):
        settings = options.BytesSettings(MAX_SIDE, MAX_PIXELS)
        return encoded_images.decode(contents, index, settings)

    return lambda contents: run(contents, 0).numpy()


def encoded(picture, kind, **options):
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def decoded(data):
    return np.asarray(PIL.Image.open(io.BytesIO(data)).convert("RGB"))


def exif(orientation, order=">"):
    """A block of EXIF with one entry before the one that counts."""
    mark = b"MM" if order == ">" else b"II"
    make = struct.pack(order + "HHII", 0x010F, 2, 1, 0)
    turn = struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0)
    head = struct.pack(order + "HIH", 42, 8, 2)
    return b"Exif\0\0" + mark + head + make + turn + bytes(4)


def segment(marker, data):
    return bytes([0xFF, marker]) + struct.pack(">H", 2 + len(data)) + data


def chunk(name, data):
    check = struct.pack(">I", zlib.crc32(name + data))
    return struct.pack(">I", len(data)) + name + data + check


def assert_reads_as_files_do(decode, data, path):
    path.write_bytes(data)
    expected = pictures.read_picture(path)
    assert expected.std() > 1
    np.testing.assert_array_equal(decode(data), expected)


@pytest.mark.parametrize(
    "name",
    [n for n in picture_maker.LOSSLESS if n.lower().endswith(IN_REQUESTS)],
)
def test_every_kind_has_the_pixels_of_the_file(name, photo, decode, tmp_path):
    picture_maker.LOSSLESS[name](photo, tmp_path / name)
    data = (tmp_path / name).read_bytes()
    assert_reads_as_files_do(decode, data, tmp_path / name)


@pytest.mark.parametrize("name", picture_maker.JPEGS)
def test_jpegs_have_the_pixels_of_the_file(name, photo, decode, tmp_path):
    data = encoded(photo, "JPEG", **picture_maker.JPEGS[name])
    assert_reads_as_files_do(decode, data, tmp_path / name)


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_jpegs_of_one_and_of_four_channels_are_read(
    mode, photo, decode, tmp_path
):
    data = encoded(photo.convert(mode), "JPEG", quality=95)
    expected = decoded(data).astype(int)
    assert np.abs(decode(data) - expected).max() <= 1


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_turned_the_way_up_that_viewers_show(
    orientation, kind, order, photo, decode
):
    data = encoded(photo, kind, exif=exif(orientation, order))
    with PIL.Image.open(io.BytesIO(data)) as picture:
        expected = PIL.ImageOps.exif_transpose(picture).convert("RGB")
    assert expected.size == ((90, 70) if orientation < 5 else (70, 90))
    np.testing.assert_array_equal(decode(data), np.asarray(expected))


def test_an_orientation_is_found_behind_other_segments(photo, decode):
    data = encoded(photo, "JPEG")
    # A comment, stray bytes, a fill byte: all of it, libjpeg walks over.
    others = segment(0xFE, b"a comment \xff\xda") + b"\0\1" + b"\xff"
    turned = segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0") + segment(
        0xE1, exif(6)
    )
    assert decode(data[:2] + others + turned + data[2:]).shape == (90, 70, 3)


@pytest.mark.parametrize(
    "damage",
    [
        lambda block: block[:12],
        lambda block: block.replace(b"II", b"XX"),
        lambda block: block.replace(b"\6\0\0\0", b"\x63\0\0\0"),
        lambda block: block[:10] + b"\xff\xff\xff\xff" + block[14:],
    ],
)
def test_a_damaged_orientation_counts_as_none(damage, photo, decode):
    data = encoded(photo, "JPEG")
    whole = exif(6, "<")
    block = damage(whole)
    assert block != whole
    data = data[:2] + segment(0xE1, block) + data[2:]
    assert decode(data).shape == (70, 90, 3)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_sixteen_bits_a_channel_become_eight(channels, decode):
    ramp, deep = picture_maker.deep_ramp(channels)
    data = tf.io.encode_png(deep).numpy()
    expected = np.repeat(ramp, 3, axis=2) / 257
    assert np.abs(decode(data) - expected).max() <= 1


@pytest.mark.parametrize("mode", ["1", "L", "RGB"])
def test_one_color_of_a_png_can_be_transparent(mode, decode, tmp_path):
    pixels = np.zeros((18, 24), "uint8")
    pixels[:, 7:] = 255
    picture = PIL.Image.fromarray(pixels).convert(mode)
    hole = (255, 255, 255) if mode == "RGB" else 255
    data = encoded(picture, "PNG", transparency=hole)
    assert b"tRNS" in data
    np.testing.assert_array_equal(decode(data)[..., 0], pixels)
    hole = (0, 0, 0) if mode == "RGB" else 0
    assert decode(encoded(picture, "PNG", transparency=hole)).min() == 255


@pytest.mark.parametrize("height", [255, 256, 257, 600])
def test_every_row_of_a_tall_picture_is_put_on_white(height, random, decode):
    pixels = random.integers(0, 256, (height, 80, 4), "uint8")
    data = encoded(PIL.Image.fromarray(pixels), "PNG")
    picture = PIL.Image.fromarray(
        np.round(picture_maker.on_white(PIL.Image.fromarray(pixels))).astype(
            "uint8"
        )
    )
    np.testing.assert_array_equal(decode(data), decode(encoded(picture, "PNG")))


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_large_picture_is_reduced_by_averaging_areas(orientation, decode):
    large = PIL.Image.fromarray(skimage.data.astronaut()).resize((240, 180))
    data = encoded(large, "PNG", exif=exif(orientation))
    blocks = np.asarray(large).reshape(90, 2, 120, 2, 3).astype(float)
    expected = np.round(blocks.mean((1, 3)))
    if orientation == 6:
        expected = expected.transpose(1, 0, 2)[:, ::-1]
    np.testing.assert_array_equal(decode(data), expected)


def test_a_reduced_picture_keeps_its_shape(decode):
    wide = PIL.Image.new("RGB", (401, 99))
    assert decode(encoded(wide, "PNG")).shape == (30, 120, 3)


def reply(serve, *batch):
    """Returns the error message for a rejected picture, in one line."""
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        serve(*batch)
    return " ".join(caught.value.message.split())


def expected_cartoon(generator, data, path):
    path.write_bytes(data)
    pixels = pictures.read_picture(path)
    cartoons = generator(pictures.to_network(pixels[None]))
    return pictures.to_pixels(cartoons)[0].numpy().astype(int)


def test_a_batch_of_mixed_sizes_and_kinds_becomes_cartoons(
    serve, generator, photo, tmp_path
):
    batch = [
        encoded(photo.resize((40 + 9 * place, 33 + 8 * place)), kind)
        for place, kind in enumerate(FORMATS)
    ]
    answers = serve(*batch)
    assert len(answers) == len(batch)
    for data, answer in zip(batch, answers, strict=True):
        assert answer.startswith(b"\x89PNG")
        expected = expected_cartoon(generator, data, tmp_path / "photo")
        assert decoded(answer).shape == expected.shape
        assert np.abs(decoded(answer) - expected).max() <= 1
        assert expected.std() > 1


def test_an_empty_batch_gets_an_empty_answer(serve):
    assert serve().shape == (0,)


def test_cartoons_can_be_jpegs(serve, generator, photo):
    settings = options.BytesSettings(MAX_SIDE, MAX_PIXELS, encoded_images.JPEG)
    endpoint = encoded_images.bytes_endpoint(generator, settings)
    data = encoded(photo, "PNG")
    small = endpoint(tf.constant([data]))[
        model_interface.CARTOON_BYTES
    ].numpy()[0]
    exact = serve(data)[0]
    assert small.startswith(b"\xff\xd8\xff")
    assert len(small) < len(exact)
    assert tf.image.psnr(decoded(exact), decoded(small), 255) > 33


def test_an_unknown_kind_of_cartoon_is_rejected():
    with pytest.raises(ValueError, match="received 'gif'"):
        encoded_images.encode(tf.zeros((16, 24, 3), tf.uint8), "gif")


def sized_png(width, height):
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rest = chunk(b"IDAT", b"garbage") + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + rest


def sized_jpeg(width, height, *, bits=8, kind=0xC0, channels=3):
    frame = struct.pack(">BHHB", bits, height, width, channels) + bytes(9)
    return b"\xff\xd8" + segment(kind, frame) + segment(0xDA, b"") + b"\xff\xd9"


def webp(name, data):
    chunks = name + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WEBP" + chunks


LARGE = {
    "PNG": sized_png(12000, 11000),
    "PNG of 2**64 pixels": sized_png(2**32 - 1, 2**32 - 1),
    "JPEG": sized_jpeg(12000, 11000),
    "WebP, lossy": webp(
        b"VP8 ", b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 12000, 11000)
    ),
    "WebP, lossless": webp(
        b"VP8L", b"\x2f" + struct.pack("<I", 11999 | 10999 << 14)
    ),
    "WebP, extended": webp(
        b"VP8X",
        bytes(4) + struct.pack("<I", 11999)[:3] + struct.pack("<I", 10999)[:3],
    ),
}


@pytest.mark.parametrize("name", LARGE)
def test_large_pictures_are_refused_by_their_header(name, serve, photo):
    """What follows these headers is garbage, so nothing can have read it."""
    sides = "4294967295 x 4294967295" if "2**64" in name else "12000 x 11000"
    message = reply(serve, encoded(photo, "PNG"), LARGE[name])
    assert (
        f"[image_bytes[1]: has {sides} pixels, and 0.05 million are the most; "
        "shrink it.]" in message
    )


def cut(kind, share, **options):
    picture = PIL.Image.fromarray(skimage.data.astronaut()).resize((90, 70))
    data = encoded(picture, kind, **options)
    return data[: int(share * len(data))]


BREAKS_OFF = {
    f"{kind} at {share:.0%}": cut(kind, share)
    for kind in FORMATS
    for share in (0.01, 0.3, 0.98)
}


@pytest.mark.parametrize("name", BREAKS_OFF)
def test_a_picture_that_breaks_off_is_reported(name, serve):
    message = reply(serve, BREAKS_OFF[name])
    assert "[image_bytes[0]: breaks off; send the whole file.]" in message


def test_a_thumbnail_that_ends_is_not_the_end_of_the_photo(serve, photo):
    thumbnail = segment(0xE1, b"Exif\0\0" + encoded(photo, "JPEG"))
    data = encoded(photo, "JPEG")
    whole = data[:2] + thumbnail + data[2:]
    assert serve(whole).shape == (1,)
    assert "breaks off" in reply(serve, whole[:-50])


REFUSED = {
    "nothing": (b"", "is empty; send"),
    "a text": (b"hello", "is not a JPEG, PNG or WebP picture"),
    "base64": (b"iVBORw0KGgo=", "is not a JPEG, PNG or WebP"),
    **{
        kind: (
            encoded(PIL.Image.new("RGB", (24, 18)), kind),
            "is not a JPEG, PNG or WebP picture; convert it.",
        )
        for kind in ("BMP", "GIF", "TIFF")
    },
    "15 pixels": (
        encoded(PIL.Image.new("RGB", (15, 24)), "PNG"),
        "has 15 x 24 pixels, and 16 a side are the least.",
    ),
    "too narrow when reduced": (
        encoded(PIL.Image.new("RGB", (400, 50)), "PNG"),
        "has 400 x 50 pixels, which at 120 for the longer side leaves 120 x "
        "15, and 16 a side are the least; crop it.",
    ),
    "0 pixels": (sized_png(0, 50), "has 0 x 50 pixels, and 16 a side"),
    "a lossless JPEG": (
        sized_jpeg(24, 18, kind=0xC3),
        "is a lossless or hierarchical JPEG picture",
    ),
    "a JPEG of 12 bits": (
        sized_jpeg(24, 18, bits=12),
        "is a JPEG picture with 12 bits a channel, and 8 are read",
    ),
    "a CMYK JPEG without a marker": (
        sized_jpeg(24, 18, channels=4),
        "is a CMYK picture that does not say how its inks are counted",
    ),
    "a JPEG without a frame": (
        b"\xff\xd8" + segment(0xDA, b"") + b"\xff\xd9",
        "is a damaged JPEG picture",
    ),
    "a JPEG of many parts": (
        b"\xff\xd8" + 1001 * segment(0xFE, b""),
        "has more than 1000 parts before its picture",
    ),
    "a PNG without a header": (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IDAT", b"") + chunk(b"IEND", b""),
        "is a damaged PNG picture",
    ),
    "a PNG of many parts": (
        sized_png(24, 18)[:33] + 1001 * chunk(b"tEXt", b""),
        "has more than 1000 parts before its picture",
    ),
    "a WebP of no kind": (webp(b"VP9 ", bytes(10)), "is a damaged WebP"),
    "an animated WebP": (
        encoded(
            PIL.Image.new("RGB", (24, 18)),
            "WEBP",
            save_all=True,
            append_images=[PIL.Image.new("RGB", (24, 18), "red")],
        ),
        "is an animated WebP picture; send one frame of it.",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_names_the_picture_and_says_why(name, serve, photo):
    data, words = REFUSED[name]
    message = reply(serve, *[encoded(photo, "PNG")] * 3, data)
    assert f"[image_bytes[3]: {words}" in message


BOMB = """
import resource, sys, zlib
import numpy as np
import tensorflow as tf

def answer(data):
    try:
        session.run(wanted, {given: np.array([data], object)})
    except tf.errors.InvalidArgumentError as error:
        print("12000 x 12000 pixels" in error.message)

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

with tf.compat.v1.Session(graph=tf.Graph()) as session:
    with session.graph.as_default():
        loaded = tf.compat.v1.saved_model.load(
            session, ["serve"], sys.argv[1]
        )
    signature = loaded.signature_def["serving_default"]
    given = signature.inputs["image_bytes"].name
    wanted = signature.outputs["cartoon_bytes"].name
    bomb, warm = (open(name, "rb").read() for name in sys.argv[2:])
    answer(warm)
    before = peak()
    answer(bomb)
    print(peak() - before)
"""


def test_a_decompression_bomb_takes_no_memory(
    saved_model, photo, run_command, tmp_path
):
    bomb = PIL.Image.new("RGB", (12000, 12000))
    files = tmp_path / "bomb.png", tmp_path / "photo.png"
    bomb.save(files[0])
    photo.save(files[1])
    assert files[0].stat().st_size < 10**6
    paths = map(str, (saved_model, *files))
    result = run_command(sys.executable, "-c", BOMB, *paths)
    refused, kibibytes = result.stdout.split()
    assert refused == "True"
    # Decoded, it takes 432 MB.
    assert int(kibibytes) < 50_000


def mutated(data, random):
    """Flips bits, and removes and inserts bytes."""
    data = bytearray(data)
    for _ in range(random.integers(1, 4)):
        # Half of the time in the header, where most can go wrong.
        end = len(data) if random.random() < 0.5 else min(64, len(data))
        at, count = random.integers(0, end), random.integers(1, 9)
        match random.integers(0, 4):
            case 0:
                data[at] ^= 1 << random.integers(0, 8)
            case 1:
                del data[at : at + count]
            case 2:
                data[at:at] = random.bytes(count)
            case 3:
                del data[random.integers(0, len(data)) :]
                data += random.bytes(1)
    return bytes(data)


def repaired(data):
    """A PNG with the right checksums, which else notice every change."""
    at, parts = 8, [data[:8]]
    while len(data) >= at + 12:
        count = int.from_bytes(data[at : at + 4], "big")
        parts.append(
            chunk(data[at + 4 : at + 8], data[at + 8 : at + 8 + count])
        )
        at += 12 + count
    return b"".join(parts)


@pytest.mark.slow
@pytest.mark.parametrize("kind", [*FORMATS, "progressive", "alpha"])
def test_any_bytes_get_a_cartoon_or_an_error(kind, serve, photo):
    random = np.random.default_rng(0)
    small = photo.resize((31, 24))
    options = {"progressive": True} if kind == "progressive" else {}
    if kind == "alpha":
        small = picture_maker.transparent(small)
    kind = {"progressive": "JPEG", "alpha": "WEBP"}.get(kind, kind)
    data = encoded(small, kind, **options)
    cartoons = 0
    for _ in range(300):
        sent = mutated(data, random)
        try:
            answer = serve(repaired(sent) if kind == "PNG" else sent)[0]
        except tf.errors.InvalidArgumentError:
            continue
        decoded(answer)
        cartoons += 1
    assert 0 < cartoons < 300
    assert decoded(serve(data)[0]).shape == (24, 31, 3)

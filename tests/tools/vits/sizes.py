"""How wide and deep each size is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """The numbers a voice is built from; the defaults are those of Piper's medium voices."""

    sample_rate: int = 22_050
    symbols: int = 256
    # Channels of the text, of the latent, and of everything between.
    hidden: int = 192
    encoder_layers: int = 6
    encoder_heads: int = 2
    encoder_filter: int = 768
    encoder_window: int = 4
    flow_couplings: int = 4
    flow_layers: int = 4
    speaker_channels: int = 512
    decoder_channels: int = 256
    upsample: tuple[tuple[int, int], ...] = ((8, 16), (8, 16), (4, 8))  # stride, kernel
    # HiFi-GAN's two kinds of residual block: 1 has a second convolution after each dilated one.
    resblock: int = 2
    resblocks: tuple[tuple[int, tuple[int, ...]], ...] = ((3, (1, 2)), (5, (2, 6)), (7, (3, 12)))  # kernel, dilations


DILATIONS = (1, 3, 5)
SIZES = {
    "medium": Size(),
    "low": Size(sample_rate=16_000),
    "x_low": Size(sample_rate=16_000, hidden=96, encoder_filter=384),
    "high": Size(
        decoder_channels=512,
        upsample=((8, 16), (8, 16), (2, 4), (2, 4)),
        resblock=1,
        resblocks=((3, DILATIONS), (7, DILATIONS), (11, DILATIONS)),
    ),
    # Ours, small enough to be committed: every kind of node of `medium`, few channels and layers.
    "mini": Size(
        symbols=76,
        hidden=4,
        encoder_layers=2,
        encoder_filter=4,
        flow_layers=2,
        speaker_channels=4,
        decoder_channels=16,
    ),
}

"""The inference half of VITS as ONNX, with random weights, in the shape in which Piper exports it.

graph     nodes, weights and the layers every part is made of
sizes     how wide and deep each published size is
encoder   phoneme ids -> hidden text, mean and spread of the latent per id
durations hidden text -> how many frames each id lasts
flow      latent as the text predicts it -> latent as the decoder wants it
decoder   latent -> samples
voice     the parts joined, and the file
calibrate durations and loudness set to those of a real voice

Sources: Kim, Kong, Son 2021, "Conditional Variational Autoencoder with Adversarial Learning for
End-to-End Text-to-Speech" (VITS); Kong, Kim, Bae 2020, "HiFi-GAN"; Durkan et al. 2019, "Neural Spline
Flows"; Shaw et al. 2018, "Self-Attention with Relative Position Representations".

Shapes are written [B, C, N] and [B, C, T]: batch, channels, and ids (N) or frames (T).
"""

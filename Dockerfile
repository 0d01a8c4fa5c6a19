# Two images: `docker build --target cpu -t stance .` and `docker build --target cuda -t stance:cuda .`
# Bases are pinned by tag; pin them by digest where you deploy. The weights are inside: no image
# needs a network to run, and both run as a user without rights.

FROM python:3.11.14-slim-trixie AS wheel
WORKDIR /src
COPY . .
RUN python -m pip install --no-cache-dir build==1.6.1 \
 && python -m build --wheel --outdir /dist .

FROM python:3.11.14-slim-trixie AS cpu
COPY constraints.txt /tmp/constraints.txt
COPY --from=wheel /dist/*.whl /tmp/
RUN python -m pip install --no-cache-dir --index-url https://download.pytorch.org/whl/cpu torch==2.13.0 \
 && python -m pip install --no-cache-dir --constraint /tmp/constraints.txt \
      "$(echo /tmp/stance_tracker-*.whl)[cpu,html,frames]" \
 && rm /tmp/*.whl \
 && useradd --create-home --uid 10001 stance \
 && install -d -o stance /work
ENV HF_HUB_OFFLINE=1 STANCE_CACHE=/home/stance/.cache/stance
USER 10001
WORKDIR /work
HEALTHCHECK --interval=5m --timeout=2m --start-period=1m CMD ["stance", "doctor"]
ENTRYPOINT ["stance"]
CMD ["--help"]

FROM nvidia/cuda:12.8.1-base-ubuntu24.04 AS cuda
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends python3 python3-venv \
 && rm -rf /var/lib/apt/lists/* \
 && python3 -m venv /opt/stance \
 && useradd --create-home --uid 10001 stance \
 && install -d -o stance /work
ENV PATH=/opt/stance/bin:$PATH
COPY constraints.txt /tmp/constraints.txt
COPY --from=wheel /dist/*.whl /tmp/
# PyTorch's wheels for Linux bring their own CUDA libraries; the driver comes from the host.
RUN python -m pip install --no-cache-dir torch==2.13.0 \
 && python -m pip install --no-cache-dir --constraint /tmp/constraints.txt \
      "$(echo /tmp/stance_tracker-*.whl)[html,frames]" \
 && rm /tmp/*.whl
ENV STANCE_CACHE=/home/stance/.cache/stance
USER 10001
WORKDIR /work
HEALTHCHECK --interval=5m --timeout=2m --start-period=1m CMD ["stance", "doctor"]
ENTRYPOINT ["stance"]
CMD ["--help"]

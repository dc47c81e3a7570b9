# mien on the CPU: `docker build -t mien .`, then any command, with the folder you stand in as /data:
#     docker run --rm -v "$PWD:/data" mien character fit photo.jpg --out characters
# The studio answers on 127.0.0.1 alone, so its container shares the machine's network (Linux):
#     docker run --rm --network host -v "$PWD:/data" mien studio --no-browser
FROM python:3.12-slim

# What the wheels of OpenCV, PyAV and numba need beside themselves is in them.
RUN useradd --create-home mien
WORKDIR /opt/mien
COPY pyproject.toml constraints.txt README.md LICENSE NOTICE.md ./
COPY src ./src
RUN pip install --no-cache-dir --index-url https://download.pytorch.org/whl/cpu \
        --no-deps "$(grep '^torch==' constraints.txt)" \
    && pip install --no-cache-dir -c constraints.txt '.[demo,onnx,studio]' \
    && rm -rf /opt/mien/src

USER mien
# Kernels are compiled on first use and kept; pictures come and go through /data.
ENV NUMBA_CACHE_DIR=/home/mien/.cache/numba
WORKDIR /data
ENTRYPOINT ["mien"]
CMD ["--help"]

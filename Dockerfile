# A small image with cilint. It has no entry point, so GitLab's runner starts its shell without further ado; it runs as
# nobody in particular, and needs no network.
#
#   docker build --build-arg BASE_IMAGE=$CI_REGISTRY/infrastructure/python:3.13.1-slim -t $CI_REGISTRY/security/cilint:0.1.0 .
#
# Any base with Python 3.11 or newer serves. Which base is trusted is for the house to say: without BASE_IMAGE it is the
# Python of the registry that CI_REGISTRY names, and without either the build stops.
ARG CI_REGISTRY
ARG BASE_IMAGE=${CI_REGISTRY}/infrastructure/python:3.13.1-slim

FROM ${BASE_IMAGE} AS build
# Where packages come from, if not from PyPI: --build-arg PIP_INDEX_URL=https://nexus.example/simple
ARG PIP_INDEX_URL
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY cilint cilint
COPY rules rules
RUN python3 -m venv /opt/cilint && /opt/cilint/bin/pip install --no-cache-dir .
# A first check, whose compiled rules and code stay: the image's user may write nowhere, and would start cold every time.
COPY examples examples
RUN /opt/cilint/bin/cilint check --isolated --exit-zero --quiet examples/.gitlab-ci.yml

FROM ${BASE_IMAGE}
COPY --from=build /opt/cilint /opt/cilint
ENV PATH=/opt/cilint/bin:$PATH PYTHONUTF8=1
USER 10001:10001
WORKDIR /work
CMD ["cilint", "--help"]
